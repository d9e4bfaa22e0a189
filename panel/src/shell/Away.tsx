// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useOnReturn, useProbe, useReachable } from "@/api/session";
import { IconAlert } from "@/components/icons";
import classes from "./Shell.module.css";

/** A quiet mark while the server does not answer; what failed meanwhile is asked for again. */
export function Away() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const reachable = useReachable();
  useProbe();
  useOnReturn(
    () =>
      void queries.refetchQueries({
        type: "active",
        predicate: ({ state }) => state.status === "error",
      }),
  );
  return (
    <div role="status">
      {!reachable && (
        <div className={classes.away}>
          <IconAlert size={15} aria-hidden /> {t("away")}
        </div>
      )}
    </div>
  );
}
