// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Route, Routes, useLocation } from "react-router-dom";
import { EventsProvider } from "@/api/events";
import type { Session } from "@/api/types";
import { AccountProvider, useAccounts, useMay } from "@/api/session";
import { setLanguage } from "@/i18n";
import { type Page, pages } from "@/pages/areas";
import { ChooseAccount } from "./ChooseAccount";
import { ErrorBoundary } from "./ErrorBoundary";
import { NotAllowed, NotFound } from "./NotFound";
import { PageSkeleton } from "./PageSkeleton";
import { Shell } from "./Shell";

const AcceptInvite = lazy(() => import("@/pages/doors/AcceptInvite"));
const NewPassword = lazy(() => import("@/pages/doors/NewPassword"));
const loaded = pages.map((page) => ({ page, Content: lazy(page.load) }));

function Guard({ page, children }: { page: Page; children: React.ReactNode }) {
  const { t } = useTranslation();
  const may = useMay();
  const { account } = useAccounts();
  if (page.needs.length > 0 && !may(...page.needs)) return <NotAllowed />;
  if (page.oneAccount && !account) return <ChooseAccount title={t(page.label)} />;
  return children;
}

function Pages() {
  const { pathname } = useLocation();
  const { account } = useAccounts();
  return (
    <ErrorBoundary where={pathname}>
      <Suspense fallback={<PageSkeleton />}>
        {/* Another account: nothing of the one before stays in forms and tables. */}
        <Routes key={account?.name}>
          {loaded.map(({ page, Content }) => (
            <Route
              key={page.path}
              path={page.path}
              element={
                <Guard key={page.path} page={page}>
                  <Content />
                </Guard>
              }
            />
          ))}
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

function WithAccount() {
  const { account } = useAccounts();
  return (
    <EventsProvider account={account?.name ?? null}>
      <Shell>
        <Pages />
      </Shell>
    </EventsProvider>
  );
}

export function SignedIn({ session }: { session: Extract<Session, { signed_in: true }> }) {
  const { language } = session.member;
  useEffect(() => void setLanguage(language), [language]);
  return (
    <AccountProvider session={session}>
      <Suspense fallback={null}>
        <Routes>
          {/* Whoever follows such a link wants it, whoever is signed in here. */}
          <Route path="/reset/:token" element={<NewPassword />} />
          <Route path="/invite/:token" element={<AcceptInvite />} />
          <Route path="*" element={<WithAccount />} />
        </Routes>
      </Suspense>
    </AccountProvider>
  );
}
