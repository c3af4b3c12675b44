import { canonicalJson } from '../../files/canonical-json';
import type { ImageStream, TextStream } from '../../models/streams/stream';
import type { ClassifierParts } from './classifier-core';
import { sha256Of } from './saved-classifier';

/** The SHA-256 of what decides a classifier's answers: weights, classes, preprocessing, calibration. */
export async function fingerprintOf(parts: ClassifierParts): Promise<string> {
  const { model, text, image, classNames, calibrations } = parts;
  const streams = { text: identityOf(text), image: identityOf(image) };
  const described = { classNames, calibrations, streams, layers: model.toJSON(null, false) };
  const pieces: Uint8Array[] = [new TextEncoder().encode(canonicalJson(plain(described), 'classifier'))];
  for (const weight of model.weights) {
    const { buffer, byteOffset, byteLength } = await weight.read().data();
    pieces.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  for (const stream of [text, image]) pieces.push(...Object.values(stream?.files() ?? {}));
  const digests: string[] = [];
  for (const piece of pieces) digests.push(await sha256Of(piece));
  return sha256Of(new TextEncoder().encode(digests.join('\n')));
}

/** Not where a frozen model lies: its description has the hashes of its files. */
function identityOf(stream: TextStream | ImageStream | null) {
  return stream && { ...stream.description, origin: null };
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
