// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Drawer, Skeleton, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure, useDocumentVisibility } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { api } from "@/api/client";
import { problemText } from "@/api/forms";
import { useMay } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { formatPhone } from "@/components/PhoneNumber";
import { IconBack, IconUser } from "@/components/icons";
import { AnswerBox, ClosedBox } from "./AnswerBox";
import { Contact } from "./Contact";
import { Said } from "./Said";
import { useThread } from "./useThreads";
import classes from "./Chat.module.css";

interface ThreadPaneProps {
  account: string;
  phone: string;
  /** How many panes there is room for. */
  panes: number;
}

/** What a person has before them counts as read. */
function useRead(account: string, phone: string, unread: number | undefined) {
  const queries = useQueryClient();
  const may = useMay();
  const visible = useDocumentVisibility() === "visible";
  const telling = useRef(false);
  useEffect(() => {
    if (!unread || !visible || !may("chat") || telling.current) return;
    telling.current = true;
    void api
      .POST("/api/v1/accounts/{name}/threads/{phone}/read", {
        params: { path: { name: account, phone } },
        body: {},
      })
      .then(() =>
        queries.invalidateQueries({
          predicate: ({ queryKey }) => String(queryKey[1]).includes("/threads"),
        }),
      )
      .finally(() => (telling.current = false));
  }, [account, phone, unread, visible, may, queries]);
}

export function ThreadPane({ account, phone, panes }: ThreadPaneProps) {
  const { t } = useTranslation();
  const may = useMay();
  const { search } = useLocation();
  const query = useThread(account, phone);
  const [drawer, { open, close }] = useDisclosure();
  const page = query.data?.pages[0];
  const lines = useMemo(() => query.data?.pages.flatMap((each) => each.items) ?? [], [query.data]);
  useRead(account, phone, page?.thread.unread);

  const contact = page && <Contact thread={page.thread} quarantined={page.quarantined} />;
  return (
    <>
      <section className={classes.pane} aria-label={t("chat:threadWith", { phone })}>
        <div className={classes.head}>
          <div className={classes.titleLine}>
            {panes === 1 && (
              <ActionIcon
                component={Link}
                to={{ pathname: "/chat", search }}
                size="lg"
                aria-label={t("chat:back")}
              >
                <IconBack size={19} />
              </ActionIcon>
            )}
            <Title order={panes === 1 ? 1 : 2} size="h3" style={{ flex: 1 }}>
              {formatPhone(phone)}
            </Title>
            {page?.thread.number && (
              <Text size="xs" c="var(--quiet)">
                {t("chat:over", { number: page.thread.number })}
              </Text>
            )}
            {panes < 3 && (
              <Tooltip label={t("chat:contact.title")}>
                <ActionIcon size="lg" onClick={open} aria-label={t("chat:contact.title")}>
                  <IconUser size={18} />
                </ActionIcon>
              </Tooltip>
            )}
          </div>
        </div>
        {query.isPending && (
          <div style={{ padding: 16, flex: 1 }} role="status" aria-label={t("loading")}>
            <Skeleton height={44} width="60%" mb={14} />
            <Skeleton height={44} width="50%" ml="auto" mb={14} />
            <Skeleton height={44} width="40%" />
          </div>
        )}
        {query.isError && (
          <div style={{ flex: 1 }}>
            <EmptyState title={t("problem.title")}>{problemText(query.error)}</EmptyState>
          </div>
        )}
        {page && (
          <>
            <Said
              lines={lines}
              more={query.hasNextPage}
              loadingMore={query.isFetchingNextPage}
              onMore={() => void query.fetchNextPage()}
            />
            {page.can_answer && may("chat") ? (
              <AnswerBox
                account={account}
                phone={phone}
                until={page.until_at}
                onSent={() => void query.refetch()}
              />
            ) : (
              <ClosedBox why={may("chat") ? page.why_not : null} phone={phone} />
            )}
          </>
        )}
      </section>
      {panes === 3 && (
        <section className={classes.pane} aria-label={t("chat:contact.title")}>
          {contact}
        </section>
      )}
      <Drawer
        opened={drawer}
        onClose={close}
        title={t("chat:contact.title")}
        size={320}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        {contact}
      </Drawer>
    </>
  );
}
