// SPDX-License-Identifier: Apache-2.0
import { useCallback, useState } from "react";

function read<T>(key: string, initial: T): T {
  const text = localStorage.getItem(key);
  if (text === null) return initial;
  try {
    return JSON.parse(text) as T;
  } catch {
    return initial;
  }
}

/** A state that this browser remembers. */
export function useKeptState<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `navette.${name}`;
  const [value, setValue] = useState(() => read(key, initial));
  const keep = useCallback(
    (next: T) => {
      localStorage.setItem(key, JSON.stringify(next));
      setValue(next);
    },
    [key],
  );
  return [value, keep];
}
