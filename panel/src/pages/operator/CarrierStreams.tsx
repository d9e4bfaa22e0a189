// SPDX-License-Identifier: Apache-2.0
/** What goes over a carrier's wire, and what a probe finds out, line by line as it happens. */
import { Alert, Button, Checkbox, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, must } from "@/api/client";
import type { Schemas } from "@/api/client";
import { showDone, showProblem } from "@/api/forms";
import { formatTime } from "@/i18n/format";

type TraceLine = Schemas["TraceLine"];
type ProbeLine = Schemas["ProbeLine"];

const LINES_MOST = 500;

/** Hands over each document of an answer in NDJSON, until it ends or `signal` says so. */
async function readLines<T>(answer: Response, each: (line: T) => void) {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) each(JSON.parse(line) as T);
  }
}

function useStream<T>() {
  const [lines, setLines] = useState<T[]>([]);
  const [stop, setStop] = useState<AbortController | null>(null);
  const latest = useRef(stop);
  latest.current = stop;
  useEffect(() => () => latest.current?.abort(), []);
  const run = async (open: (signal: AbortSignal) => Promise<Response>) => {
    const abort = new AbortController();
    setLines([]);
    setStop(abort);
    try {
      await readLines<T>(await open(abort.signal), (line) =>
        setLines((before) => [...before.slice(1 - LINES_MOST), line]),
      );
    } catch (error) {
      if (!abort.signal.aborted) showProblem(error);
    } finally {
      setStop(null);
    }
  };
  return { lines, running: stop !== null, run, stop: () => stop?.abort() };
}

export function CarrierTrace({ name }: { name: string }) {
  const { t } = useTranslation();
  const [texts, setTexts] = useState(false);
  const { lines, running, run, stop } = useStream<TraceLine>();
  const begin = () =>
    run(async (signal) => {
      const query = texts ? { texts: "yes" as const } : {};
      const { response, error } = await api.GET("/api/v1/carriers/{name}/trace", {
        params: { path: { name }, query },
        parseAs: "stream",
        signal,
      });
      if (error) throw error;
      return response;
    });
  return (
    <Stack gap="sm">
      <Text size="sm" c="var(--quiet)">
        {t("operator:trace.help")}
      </Text>
      <Group>
        <Button variant={running ? "default" : "filled"} onClick={running ? stop : begin}>
          {t(running ? "operator:trace.stop" : "operator:trace.start")}
        </Button>
        <Checkbox
          label={t("operator:trace.texts")}
          disabled={running}
          checked={texts}
          onChange={(event) => setTexts(event.currentTarget.checked)}
        />
      </Group>
      <Code block mah={480} style={{ overflow: "auto" }} role="log" tabIndex={0}>
        {lines.length === 0 && (running ? t("operator:trace.waiting") : "")}
        {lines
          .filter(({ at, command }) => at && command)
          .map(
            (line) =>
              `${formatTime(line.at!, undefined, true)} ${line.direction === "in" ? "←" : "→"} ` +
              `${line.command} ${line.status ?? ""} #${line.sequence} ` +
              `${line.fields ? JSON.stringify(line.fields) : ""}\n`,
          )}
      </Code>
    </Stack>
  );
}

export function CarrierProbe({ name }: { name: string }) {
  const { t } = useTranslation();
  const [to, setTo] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const { lines, running, run, stop } = useStream<ProbeLine>();
  const proposal = lines.find(({ settings }) => settings)?.settings;
  const begin = () =>
    run(async (signal) => {
      setRefused(null);
      const { response, error } = await api.POST("/api/v1/carriers/{name}/probe", {
        params: { path: { name } },
        body: { to: to.replace(/[\s.-]/g, "") },
        parseAs: "stream",
        signal,
      });
      if (error) {
        if ("field" in error && error.field === "to") setRefused(error.detail);
        throw error;
      }
      return response;
    });
  const apply = async () => {
    try {
      await must(
        api.PATCH("/api/v1/carriers/{name}", {
          params: { path: { name } },
          body: proposal as never,
        }),
      );
      showDone(t("saved"));
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Stack gap="sm" maw={760}>
      <Text size="sm" c="var(--quiet)">
        {t("operator:probe.help")}
      </Text>
      <Group align="flex-start">
        <TextInput
          label={t("operator:probe.to")}
          placeholder="+33612345678"
          value={to}
          error={refused}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Button
          mt={24}
          variant={running ? "default" : "filled"}
          disabled={!running && !to.trim()}
          onClick={running ? stop : begin}
        >
          {t(running ? "operator:trace.stop" : "operator:probe.start")}
        </Button>
      </Group>
      <div role="log">
        {lines.map((line, at) => (
          <Text key={at} size="sm" fw={line.found ? 600 : undefined}>
            {line.found ?? line.says}
          </Text>
        ))}
      </div>
      {proposal && Object.keys(proposal).length > 0 && (
        <Alert title={t("operator:probe.proposal")}>
          <Code block>{JSON.stringify(proposal, null, 2)}</Code>
          <Button size="xs" mt="sm" onClick={() => void apply()}>
            {t("operator:probe.apply")}
          </Button>
        </Alert>
      )}
    </Stack>
  );
}
