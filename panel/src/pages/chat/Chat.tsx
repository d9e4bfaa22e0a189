// SPDX-License-Identifier: Apache-2.0
/** Threads, the thread, with whom: three panes where there is room, then two, then one. */
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router-dom";
import { useAccount } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";
import { formatPhone } from "@/components/PhoneNumber";
import { usePageTitle } from "@/components/usePageTitle";
import { ThreadList } from "./ThreadList";
import { ThreadPane } from "./ThreadPane";
import type { Which } from "./useThreads";
import classes from "./Chat.module.css";

const WHICH: Which[] = ["all", "unread", "open"];

function usePanes(): number {
  const options = { getInitialValueInEffect: false };
  const two = useMediaQuery("(min-width: 48.01em)", undefined, options);
  const three = useMediaQuery("(min-width: 75em)", undefined, options);
  return three ? 3 : two ? 2 : 1;
}

export default function Chat() {
  const { t } = useTranslation();
  const account = useAccount();
  const go = useNavigate();
  const { phone } = useParams();
  const [search, setSearch] = useSearchParams();
  const panes = usePanes();
  const which = WHICH.find((each) => each === search.get("state")) ?? "all";
  const typed = search.get("q") ?? "";
  usePageTitle(phone ? formatPhone(phone) : t("chat:title"));
  useHotkeys([
    [
      "Escape",
      () => {
        if (phone && !document.querySelector("[role=dialog]"))
          go({ pathname: "/chat", search: search.toString() });
      },
    ],
  ]);
  const onChange = (change: { state?: Which; q?: string }) =>
    setSearch(
      (old) => {
        const next = new URLSearchParams(old);
        for (const [name, value] of Object.entries(change))
          if (value && value !== "all") next.set(name, value);
          else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return (
    <div className={classes.chat} data-panes={phone ? panes : Math.min(panes, 2)}>
      {(panes > 1 || !phone) && (
        <ThreadList
          account={account.name}
          phone={phone}
          which={which}
          typed={typed}
          onChange={onChange}
        />
      )}
      {phone && <ThreadPane key={phone} account={account.name} phone={phone} panes={panes} />}
      {!phone && panes > 1 && (
        <section className={classes.pane} style={{ justifyContent: "center" }}>
          <EmptyState title={t("chat:choose")}>{t("chat:chooseHelp")}</EmptyState>
        </section>
      )}
    </div>
  );
}
