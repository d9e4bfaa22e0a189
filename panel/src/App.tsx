// SPDX-License-Identifier: Apache-2.0
import { MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { HashRouter } from "react-router-dom";
import { problemOf } from "@/api/problem";
import { SessionProvider, useSessionQuery } from "@/api/session";
import { Broken, ErrorBoundary } from "@/shell/ErrorBoundary";
import { Doors } from "@/shell/Doors";
import { SignedIn } from "@/shell/SignedIn";
import { theme } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What the server refused, it refuses again.
      retry: (count, error) => problemOf(error).status === 0 && count < 2,
    },
  },
});

function Entry() {
  const session = useSessionQuery();
  if (session.isPending) return null; // a moment, and no page to sketch yet
  // Who is at work stays at work: what was known goes on while the server does not answer.
  if (!session.data) return <Broken error={session.error} again={() => session.refetch()} />;
  return (
    <SessionProvider session={session.data}>
      {session.data.signed_in ? <SignedIn session={session.data} /> : <Doors />}
    </SessionProvider>
  );
}

function Localized() {
  const { t, i18n } = useTranslation();
  return (
    <DatesProvider settings={{ locale: i18n.language, firstDayOfWeek: 1 }}>
      <ModalsProvider labels={{ confirm: t("confirm"), cancel: t("cancel") }}>
        <Notifications position="bottom-right" limit={4} />
        <HashRouter>
          <ErrorBoundary>
            <Entry />
          </ErrorBoundary>
        </HashRouter>
      </ModalsProvider>
    </DatesProvider>
  );
}

export function App({ nonce }: { nonce: string | undefined }) {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      getStyleNonce={nonce ? () => nonce : undefined}
    >
      <QueryClientProvider client={queries}>
        <Localized />
      </QueryClientProvider>
    </MantineProvider>
  );
}
