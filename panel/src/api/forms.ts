// SPDX-License-Identifier: Apache-2.0
/** Problems where a person sees them: on the field that is meant, and as a note with the cure. */
import type { UseFormReturnType } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { serverText } from "@/i18n/server";
import { problemOf } from "./problem";

function capitalized(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** The server's words, unless this language has its own for the code. */
export function problemText(error: unknown): string {
  const problem = problemOf(error);
  return i18next.exists(`common:problem.${problem.code}`)
    ? i18next.t(`common:problem.${problem.code}`, { detail: problem.detail })
    : capitalized(serverText(problem.detail));
}

export function showProblem(error: unknown) {
  notifications.show({
    color: "red",
    title: i18next.t("common:problem.title"),
    message: problemText(error),
    autoClose: 12_000,
    closeButtonProps: { "aria-label": i18next.t("common:close") },
  });
}

/** On the field when the form has it, else as a note. */
export function putProblem<T>(form: UseFormReturnType<T>, error: unknown) {
  const { field } = problemOf(error);
  const values = form.getValues() as Record<string, unknown>;
  if (field && field.split(".")[0]! in values) form.setFieldError(field, problemText(error));
  else showProblem(error);
}

export function showDone(message: string) {
  notifications.show({
    message,
    autoClose: 4000,
    closeButtonProps: { "aria-label": i18next.t("common:close") },
  });
}
