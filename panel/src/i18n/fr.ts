// SPDX-License-Identifier: Apache-2.0
import sentences from "./generated/server.json";

export const serverSentences = sentences as [english: string, french: string][];

export default import.meta.glob<Record<string, unknown>>("./*.fr.json", {
  eager: true,
  import: "default",
});
