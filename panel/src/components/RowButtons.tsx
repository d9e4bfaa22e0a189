// SPDX-License-Identifier: Apache-2.0
/** What stands at the end of a row of a short list: change it, remove it. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmButton } from "./ConfirmButton";
import { EditButton, type FormField } from "./EditButton";

interface EditRowProps<B> {
  /** What the row is called, for a screen reader and as the title of the form. */
  called: string;
  fields: FormField[];
  /** The whole thing is written again, not only what differs. */
  whole?: boolean;
  onSubmit: (body: B) => Promise<unknown>;
  onDone: () => void;
}

export function EditRow<B>({ called, whole, ...form }: EditRowProps<B>) {
  const { t } = useTranslation();
  return (
    <EditButton
      size="compact-xs"
      title={called}
      verb={t("save")}
      isChange={!whole}
      {...form}
      aria-label={t("editWhat", { what: called })}
    >
      {t("edit")}
    </EditButton>
  );
}

interface RemoveRowProps {
  called: string;
  title: string;
  /** Names what is lost. */
  question: ReactNode;
  onRemove: () => Promise<unknown>;
  onDone: () => void;
}

export function RemoveRow({ called, title, question, onRemove, onDone }: RemoveRowProps) {
  const { t } = useTranslation();
  return (
    <ConfirmButton
      size="compact-xs"
      danger
      title={title}
      verb={t("remove")}
      question={question}
      onConfirm={async () => {
        await onRemove();
        onDone();
      }}
      aria-label={t("removeWhat", { what: called })}
    >
      {t("remove")}
    </ConfirmButton>
  );
}
