// SPDX-License-Identifier: MIT

export interface Row {
  name: string;
  value: number;
}

/** A table; each line says how it compares with those before it. */
export function print(title: string, unit: string, rows: Row[]): void {
  console.log(title);
  rows.forEach(({ name, value }, i) => {
    const ratios = rows
      .slice(0, i)
      .map((other) => `${(value / other.value).toFixed(2)} of ${other.name}`);
    const number = value.toFixed(value < 100 ? 1 : 0).padStart(9);
    console.log(`  ${name.padEnd(14)} ${number} ${unit.padEnd(6)} ${ratios.join(', ')}`.trimEnd());
  });
}
