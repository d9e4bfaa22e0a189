// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Input, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatWall, laterBy, nextMorning, wallNow } from "./wall";

interface WhenProps {
  later: boolean;
  at: string;
  zone: string;
  onChange: (when: { later?: boolean; at?: string }) => void;
  error?: string;
}

/** Now, or at a time of the account's clock. */
export function When({ later, at, zone, onChange, error }: WhenProps) {
  const { t } = useTranslation();
  const quick = [
    { label: t("send:when.inAnHour"), at: laterBy(zone, 60) },
    { label: t("send:when.tomorrow"), at: nextMorning(zone, 1) },
    { label: t("send:when.monday"), at: nextMorning(zone, "monday") },
  ];
  return (
    <Stack gap={8}>
      <Input.Wrapper label={t("send:when.label")} labelElement="div">
        <div>
          <SegmentedControl
            size="sm"
            aria-label={t("send:when.label")}
            value={later ? "later" : "now"}
            onChange={(value) =>
              onChange({
                later: value === "later",
                ...(value === "later" && !at ? { at: laterBy(zone, 60) } : {}),
              })
            }
            data={[
              { value: "now", label: t("send:when.now") },
              { value: "later", label: t("send:when.later") },
            ]}
          />
        </div>
      </Input.Wrapper>
      {later && (
        <>
          <TextInput
            type="datetime-local"
            label={t("send:when.at", { zone })}
            min={wallNow(zone)}
            value={at}
            onChange={(event) => onChange({ at: event.currentTarget.value })}
            error={error}
            description={at ? formatWall(at) : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            maw={280}
          />
          <Group gap={6}>
            {quick.map((each) => (
              <Button
                key={each.label}
                size="compact-xs"
                variant="default"
                onClick={() => onChange({ at: each.at })}
              >
                {each.label}
              </Button>
            ))}
          </Group>
        </>
      )}
    </Stack>
  );
}
