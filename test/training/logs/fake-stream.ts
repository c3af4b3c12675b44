import { Writable } from 'node:stream';

/** A stream that remembers what was written, and what a terminal would show. */
export class FakeStream extends Writable {
  readonly isTTY: boolean;
  /** 0 where it is unknown. */
  readonly columns: number;
  readonly writes: string[] = [];

  constructor(isTTY: boolean, columns = 0) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    done();
  }

  get text(): string {
    return this.writes.join('');
  }

  /** The lines of a terminal's screen; the last is the one with the cursor. */
  get screen(): string[] {
    const lines = [''];
    let column = 0;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told
    for (const [part] of this.text.matchAll(/\x1b\[\d*[A-Z]|[^\x1b]/gu)) {
      if (part === '\x1b[1G') column = 0;
      else if (part === '\x1b[2K') lines[lines.length - 1] = '';
      else if (part.startsWith('\x1b'))
        throw new Error(`unexpected control sequence ${JSON.stringify(part)}`);
      else if (part === '\n') {
        lines.push('');
        column = 0;
      } else {
        if (this.columns > 0 && column >= this.columns - 1) throw new Error('the line would wrap');
        const line = (lines.at(-1) as string).padEnd(column);
        lines[lines.length - 1] = line.slice(0, column) + part + line.slice(column + part.length);
        column += part.length;
      }
    }
    return lines;
  }
}
