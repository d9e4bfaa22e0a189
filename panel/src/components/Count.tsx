// SPDX-License-Identifier: Apache-2.0
import type { ComponentProps } from "react";
import classes from "./Count.module.css";

/** How many are unread, as a quiet mark; where it stands is its place's to say. */
export function Count({ className = "", ...rest }: ComponentProps<"span">) {
  return <span className={`${classes.count} ${className}`} {...rest} />;
}
