// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import classes from "./PhonePreview.module.css";

interface PhonePreviewProps {
  from: string;
  text: string;
  /** What is added where the message leaves, shown greyed at its place. */
  clause?: string | null;
  /** Where each part ends, in characters: a hairline stands there. */
  limits?: number[];
}

/** The message as the phone will show it. */
export function PhonePreview({ from, text, clause, limits = [] }: PhonePreviewProps) {
  const { t } = useTranslation();
  const characters = [...text];
  const ends = limits.filter((limit) => limit > 0 && limit < characters.length);
  const pieces = [0, ...ends].map((start, at) =>
    characters.slice(start, ends[at] ?? characters.length).join(""),
  );
  return (
    <figure className={classes.phone} aria-label={t("preview")}>
      <figcaption className={classes.from}>{from}</figcaption>
      <div className={classes.bubble} lang="">
        {pieces.map((piece, at) => (
          <span key={at}>
            {at > 0 && <span className={classes.line} role="separator" />}
            {piece}
          </span>
        ))}
        {clause && <span className={classes.clause}>{` ${clause}`}</span>}
        {!text && !clause && <span className={classes.clause}>{t("previewEmpty")}</span>}
      </div>
    </figure>
  );
}
