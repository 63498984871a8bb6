// SPDX-License-Identifier: MIT

export interface Row {
  name: string;
  /** What was measured, or why it could not be. */
  value: number | Error;
}

function ratio(value: number): string {
  return value < 10 ? value.toPrecision(2) : value.toFixed(0);
}

/** A table; each line says how it compares with those before it. */
export function print(title: string, unit: string, rows: Row[]): void {
  console.log(title);
  rows.forEach(({ name, value }, i) => {
    const label = `  ${name.padEnd(14)}`;
    if (value instanceof Error) {
      console.log(`${label}         - ${value.message}`);
      return;
    }
    const ratios = rows
      .slice(0, i)
      .flatMap((other) =>
        other.value instanceof Error ? [] : [`${ratio(value / other.value)} of ${other.name}`],
      );
    const number = value.toFixed(value < 100 ? 1 : 0).padStart(9);
    console.log(`${label} ${number} ${unit.padEnd(6)} ${ratios.join(', ')}`.trimEnd());
  });
}
