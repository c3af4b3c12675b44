import type { Config, Spec } from 'vega';
import { DependencyError } from '../../errors';
import { loadOptional } from '../../load-optional';
import { Html } from '../page/html';

/** Why there are no charts, as a sentence. */
export interface NoCharts {
  readonly reason: string;
}

/**
 * Draws charts by name, each as an `svg` element, in one theme; without vega, says how to install it.
 *
 * Numbers may have taken hours to compute: a missing drawing package must not cost them.
 */
export async function draw<Name extends string>(
  specs: Readonly<Record<Name, Spec>>,
): Promise<Readonly<Record<Name, Html>> | NoCharts> {
  try {
    const vega = await loadOptional<typeof import('vega')>('vega', 'to draw charts');
    const drawn = await Promise.all(
      Object.entries<Spec>(specs).map(async ([name, spec]) => {
        const svg = await new vega.View(vega.parse(spec, THEME), { renderer: 'none' }).toSVG();
        return [name, new Html(svg)];
      }),
    );
    return Object.fromEntries(drawn);
  } catch (error) {
    if (error instanceof DependencyError) return { reason: error.message };
    throw error;
  }
}

// `currentColor` follows the page into the dark.
const TEXT = { labelColor: 'currentColor', titleColor: 'currentColor', labelFontSize: 11, titleFontSize: 11 };

const THEME: Config = {
  axis: {
    ...TEXT,
    titleFontWeight: 'normal',
    domainColor: 'currentColor',
    domainOpacity: 0.4,
    tickColor: 'currentColor',
    tickOpacity: 0.4,
    gridColor: 'currentColor',
    gridOpacity: 0.12,
  },
  legend: { ...TEXT, symbolStrokeWidth: 2, offset: 16 },
};
