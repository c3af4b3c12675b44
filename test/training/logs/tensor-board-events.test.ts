import { describe, expect, test } from 'vitest';
import {
  crc32c,
  fileVersionEvent,
  scalarsEvent,
  sessionStartEvent,
  textEvent,
  tfRecord,
} from '../../../src/training/logs/tensor-board-events';
import fixture from '../../fixtures/tensorboard-events.json';

// RFC 3720, appendix B.4, and the check value of the common catalogues of checksums.
test.each([
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 255), 0x62a8ab43],
  ['32 increasing bytes', Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e],
  ['32 decreasing bytes', Buffer.from(Array.from({ length: 32 }, (_, at) => 31 - at)), 0x113fdb5c],
])('CRC-32C of %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

describe("records equal those of TensorBoard's own writer", () => {
  type Case = (typeof fixture.records)[number];
  const encode = ({ type, wallTime, step = 0, scalars = {}, tag = '', text = '' }: Case): Uint8Array => {
    const time = { wallTime, step };
    if (type === 'fileVersion') return fileVersionEvent(wallTime);
    if (type === 'sessionStart') return sessionStartEvent(time);
    if (type === 'text') return textEvent(time, tag, text);
    const numbers = Object.entries(scalars).map(([name, value]) => [name, Number(value)]);
    return scalarsEvent(time, Object.fromEntries(numbers));
  };

  test.each(fixture.records.map((record) => [record.type, record.step ?? 0, record] as const))(
    '%s at step %i',
    (_type, _step, record) => {
      expect(Buffer.from(tfRecord(encode(record))).toString('base64')).toBe(record.record);
    },
  );
});
