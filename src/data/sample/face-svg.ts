import type { Random } from '../../random';
import type { SentimentLabel } from '../../types';

const SKINS = [
  '#fde0c5',
  '#f6c9a0',
  '#eab184',
  '#d99a6c',
  '#c58556',
  '#ffd84d',
  '#ffe47a',
  '#f2c744',
  '#e9c9b8',
  '#d8b48f',
];
const BACKGROUNDS = [
  '#9fc5e8',
  '#b6d7a8',
  '#d5a6bd',
  '#b4a7d6',
  '#e6e6e6',
  '#a2c4c9',
  '#cfe2f3',
  '#8aa1b1',
  '#ead1dc',
  '#c9daf8',
];
const HAIRS = ['#2b1b12', '#5a3a22', '#8a5a2b', '#b8863b', '#6d6d6d', '#a23c2a', '#111111'];
const INKS = ['#3a0d12', '#5c1018', '#1d1d1d', '#4a1a10', '#2a1030'];
const SHAPES = ['#e06666', '#f6b26b', '#6fa8dc', '#8e7cc3', '#93c47d', '#ffffff', '#45818e'];

/**
 * Draws a face whose mouth shows a sentiment: a smile, a straight line or a frown.
 *
 * All else is chance and says nothing: the size (90 to 160 pixels a side), colours, hair, eyes, and shapes in the corners.
 */
export function faceSvg(sentiment: SentimentLabel, random: Random): string {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const pick = (colours: readonly string[]) => colours[random.integer(colours.length)] as string;

  const width = 90 + random.integer(71);
  const height = 90 + random.integer(71);
  const side = Math.min(width, height);
  const radius = side * between(0.34, 0.42);
  const x = width / 2 + side * between(-0.03, 0.03);
  const y = height / 2 + side * between(-0.03, 0.03);
  // From here on lengths are fractions of the face's radius, measured from its centre.
  const px = (fraction: number) => (x + radius * fraction).toFixed(1);
  const py = (fraction: number) => (y + radius * fraction).toFixed(1);
  const length = (fraction: number) => (radius * fraction).toFixed(1);

  const corners = [0, 1, 2, 3].map((corner) => {
    const cx = ((corner % 2 === 0 ? 0 : 1) * width + between(-0.08, 0.08) * side).toFixed(1);
    const cy = ((corner < 2 ? 0 : 1) * height + between(-0.08, 0.08) * side).toFixed(1);
    const size = side * between(0.05, 0.16);
    return random.uniform() < 0.5
      ? `<circle cx="${cx}" cy="${cy}" r="${size.toFixed(1)}" fill="${pick(SHAPES)}"/>`
      : `<rect x="${cx}" y="${cy}" width="${size.toFixed(1)}" height="${size.toFixed(1)}" fill="${pick(SHAPES)}" transform="rotate(${random.integer(90)} ${cx} ${cy})"/>`;
  });

  const hair = pick(HAIRS);
  const hairLine = between(-0.75, -0.5);
  const head =
    `<circle cx="${px(0)}" cy="${py(0)}" r="${length(1)}" fill="${pick(SKINS)}"/>` +
    `<path d="M${px(-0.95)} ${py(-0.3)}A${length(1)} ${length(1)} 0 0 1 ${px(0.95)} ${py(-0.3)}Q${px(between(-0.4, 0.4))} ${py(hairLine)} ${px(-0.95)} ${py(-0.3)}" fill="${hair}"/>`;

  const eyeX = between(0.32, 0.42);
  const eyeY = between(-0.2, -0.08);
  const eyeSize = between(0.08, 0.13);
  const ink = pick(INKS);
  const eyes = [-eyeX, eyeX]
    .map(
      (side) =>
        `<ellipse cx="${px(side)}" cy="${py(eyeY)}" rx="${length(eyeSize)}" ry="${length(eyeSize * between(0.8, 1.5))}" fill="${ink}"/>`,
    )
    .join('');

  // A positive bend lowers the middle of the mouth below its corners: a smile. The line is centred on mouthY either way.
  const bend = { positive: 1, neutral: 0, negative: -1 }[sentiment] * between(0.6, 0.9);
  const mouthX = between(0.42, 0.54);
  const mouthY = between(0.4, 0.48);
  const mouth = `<path d="M${px(-mouthX)} ${py(mouthY - bend / 4)}Q${px(0)} ${py(mouthY + (bend * 3) / 4)} ${px(mouthX)} ${py(mouthY - bend / 4)}" fill="none" stroke="${ink}" stroke-width="${length(between(0.1, 0.15))}" stroke-linecap="round"/>`;

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${pick(BACKGROUNDS)}"/>${corners.join('')}${head}${eyes}${mouth}</svg>`;
}
