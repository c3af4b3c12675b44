import { readFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { DependencyError } from '../../src/errors';
import { writeReport } from '../../src/report';
import { temporaryFolder } from '../data/mvsa/mini-mvsa';
import { interruptedResult, madeUpResult } from './made-up-result';

vi.mock('../../src/load-optional', () => ({
  loadOptional: async (packageName: string, purpose: string) => {
    throw new DependencyError(`"${packageName}" is needed ${purpose}. Run: npm i ${packageName}`);
  },
}));

for (const [name, result] of [
  ['a finished run', madeUpResult],
  ['an interrupted run', interruptedResult],
] as const) {
  it(`without vega, says once how to install it and keeps the numbers of ${name}`, async () => {
    const page = await readFile(await writeReport(await temporaryFolder(), result), 'utf8');
    expect(
      page.match(/No charts\. &quot;vega&quot; is needed to draw charts\. Run: npm i vega/g),
    ).toHaveLength(1);
    expect(page).not.toContain('<svg');
    expect(page).toContain('Class');
    expect(page).toContain('1,878');
    if (result === madeUpResult) {
      expect(page).toContain('<details open><summary>Figures of each epoch');
      for (const figure of ['70.0%', '0.836', '82.8%']) expect(page).toContain(figure);
    }
  });
}
