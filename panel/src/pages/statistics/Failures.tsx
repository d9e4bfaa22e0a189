// SPDX-License-Identifier: Apache-2.0
/** Failures by reason as bars, each a door to the messages that failed so. */
import { Paper, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Schemas } from "@/api/client";
import { formatNumber } from "@/i18n/format";
import { plotColours } from "@/theme";
import { doorOfFailure } from "./doors";
import { useReasonText } from "./reasons";
import classes from "./Failures.module.css";

interface FailuresProps {
  failures: Schemas["FailureCount"][];
  since: string;
}

export function Failures({ failures, since }: FailuresProps) {
  const { t } = useTranslation();
  const reasonText = useReasonText();
  const most = Math.max(...failures.map(({ count }) => count));
  return (
    <Paper withBorder p="sm" component="section">
      <Title order={2} size="h3" mb="xs">
        {t("statistics:failures")}
      </Title>
      <ul className={classes.bars}>
        {failures.map((failure) => (
          <li key={failure.reason}>
            <Link to={doorOfFailure(failure, { since })} className={classes.door}>
              <span>{reasonText(failure.reason)}</span>
              <span>{formatNumber(failure.count)}</span>
              <span
                className={classes.bar}
                style={{
                  width: `${(failure.count / most) * 100}%`,
                  background: plotColours.failed,
                }}
              />
            </Link>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
