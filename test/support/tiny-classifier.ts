import { join } from 'node:path';
import { SentimentClassifier } from '../../src/classifier';
import type { LabelledPost } from '../../src/data';
import { makeJpeg } from '../data/mvsa/mini-mvsa';

const WORDS = { positive: 'a lovely day', neutral: 'the bus at noon', negative: 'an awful night' };

/** Trains in a moment a classifier of texts and images, which knows three sentences; select a backend first. */
export async function tinyClassifier(seed = 1): Promise<SentimentClassifier> {
  const image = await makeJpeg(28, 28);
  const posts = Object.entries(WORDS).flatMap(([label, text]) =>
    Array.from({ length: 6 }, (_, index): LabelledPost => ({ id: `${label}-${index}`, text, image, label })),
  );
  return SentimentClassifier.train(posts, {
    validation: posts,
    epochs: 2,
    seed,
    projectionDim: 8,
    numHeads: 2,
    imageSize: 28,
  });
}

/** JSON lines of posts: texts, some with an image, some that cannot be answered; and the ids of the latter. */
export function postLines(
  count: number,
  image: string,
): { readonly lines: string[]; readonly bad: string[] } {
  const bad: string[] = [];
  const words = Object.values(WORDS);
  const lines = Array.from({ length: count }, (_, index) => {
    const [id, text] = [`post-${index}`, `${words[index % 3]} ${'and more '.repeat(index % 5)}`];
    if (index % 50 === 7) {
      bad.push(`row ${index + 1}`);
      return '{ "id": no JSON }';
    }
    if (index % 50 === 13) {
      bad.push(id);
      return JSON.stringify({ id, text, image: join('nowhere', 'absent.jpg') });
    }
    return JSON.stringify(index % 4 === 0 ? { id, text, image } : { id, text });
  });
  return { lines, bad };
}
