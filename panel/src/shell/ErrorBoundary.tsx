// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "@/api/forms";
import { problemOf } from "@/api/problem";
import { useOnReturn } from "@/api/session";
import { EmptyState } from "@/components/EmptyState";

export function Broken({ error, again }: { error: unknown; again: () => void }) {
  const { t } = useTranslation();
  useOnReturn(() => problemOf(error).code === "offline" && again());
  return (
    <EmptyState title={t("broken.title")} action={<Button onClick={again}>{t("again")}</Button>}>
      {problemText(error)}
    </EmptyState>
  );
}

interface BoundaryProps {
  children: ReactNode;
  /** Another place: a failure of the last one is forgotten. */
  where?: string;
}

/** A page that fails leaves the rest standing. */
export class ErrorBoundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: BoundaryProps) {
    if (before.where !== this.props.where && this.state.error !== null)
      this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    // A new build has other names for its files: an old page finds them no more.
    return <Broken error={this.state.error} again={() => window.location.reload()} />;
  }
}
