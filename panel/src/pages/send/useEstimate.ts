// SPDX-License-Identifier: Apache-2.0
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, must } from "@/api/client";
import { type Estimate, type Sending } from "./draft";

const PAUSE_MS = 120;

/**
 * What the server says of it. While a newer one is awaited the last answer stands; an answer that
 * comes late is that of its own question, so the last one wins.
 */
export function useEstimate(body: Sending) {
  const [asked] = useDebouncedValue(JSON.stringify(body), PAUSE_MS);
  const query = useQuery({
    queryKey: ["estimate", { asked }],
    queryFn: ({ signal }) =>
      must<Estimate>(
        api.POST("/api/v1/messages/estimate", { body: JSON.parse(asked) as Sending, signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 5000,
    gcTime: 30_000,
  });
  const settled = !query.isPlaceholderData && asked === JSON.stringify(body);
  return { estimate: query.data, error: query.error, settled };
}
