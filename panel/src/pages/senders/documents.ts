// SPDX-License-Identifier: Apache-2.0
/** Sends a file in pieces that the server takes: a request's body has a limit. */
import { api, must } from "@/api/client";

export const DOCUMENT_TYPES = "application/pdf,image/jpeg,image/png";
export const DOCUMENT_MOST = 10 * 1024 * 1024;
const PIECE = 48 * 1024;

/** As it is: openapi-fetch would write it as JSON. */
const asBytes = (piece: Blob) => ({
  body: piece as unknown as string,
  bodySerializer: (body: unknown) => body as BodyInit,
  headers: { "Content-Type": "application/octet-stream" },
});

export function documentPath(account: string, sender: string, id: string) {
  const parts = [account, sender].map(encodeURIComponent);
  return `/api/v1/accounts/${parts[0]}/senders/${parts[1]}/documents/${id}`;
}

export async function sendDocument(
  name: string,
  sender: string,
  file: File,
  progress: (share: number) => void,
) {
  const path = { name, sender };
  const { id } = await must(
    api.POST("/api/v1/accounts/{name}/senders/{sender}/documents", {
      params: { path, query: { name: file.name, size: file.size } },
      ...asBytes(file.slice(0, PIECE)),
    }),
  );
  for (let offset = PIECE; offset < file.size; offset += PIECE) {
    progress(offset / file.size);
    await must(
      api.POST("/api/v1/accounts/{name}/senders/{sender}/documents/{id}", {
        params: { path: { ...path, id }, query: { offset } },
        ...asBytes(file.slice(offset, offset + PIECE)),
      }),
    );
  }
  progress(1);
}
