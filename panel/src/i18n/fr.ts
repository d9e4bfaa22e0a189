// SPDX-License-Identifier: Apache-2.0
export default import.meta.glob<Record<string, unknown>>("./*.fr.json", {
  eager: true,
  import: "default",
});
