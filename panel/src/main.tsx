// SPDX-License-Identifier: Apache-2.0
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "./style.css";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { startTexts } from "./i18n";

const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce); // for the lock on scrolling that dialogs set

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
void startTexts().then(() => createRoot(root).render(<App nonce={nonce} />));
