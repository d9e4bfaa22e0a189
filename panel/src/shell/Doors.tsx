// SPDX-License-Identifier: Apache-2.0
/** What is shown to those who are not signed in. */
import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router-dom";
import { useSession } from "@/api/session";

const SignIn = lazy(() => import("@/pages/doors/SignIn"));
const FirstRun = lazy(() => import("@/pages/doors/FirstRun"));
const ForgotPassword = lazy(() => import("@/pages/doors/ForgotPassword"));
const AcceptInvite = lazy(() => import("@/pages/doors/AcceptInvite"));
const NewPassword = lazy(() => import("@/pages/doors/NewPassword"));

export function Doors() {
  const { session } = useSession();
  return (
    <Suspense fallback={null}>
      <Routes>
        <Route path="/reset" element={<ForgotPassword />} />
        <Route path="/reset/:token" element={<NewPassword />} />
        <Route path="/invite/:token" element={<AcceptInvite />} />
        <Route path="/first-run/:code" element={session.first_run ? <FirstRun /> : <SignIn />} />
        <Route path="*" element={session.first_run ? <FirstRun /> : <SignIn />} />
      </Routes>
    </Suspense>
  );
}
