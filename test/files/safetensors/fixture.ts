import { readFileSync } from 'node:fs';

interface Fixture {
  readonly files: readonly {
    readonly name: string;
    readonly base64: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly tensors: Readonly<
      Record<
        string,
        {
          readonly dtype: string;
          readonly shape: readonly number[];
          readonly values: readonly (number | string)[];
        }
      >
    >;
  }[];
  readonly refused: readonly { readonly name: string; readonly base64: string }[];
  readonly rounding: {
    readonly float16ToFloat32: string;
    readonly float32ToFloat16: {
      readonly sweep: string;
      readonly ties: string;
      readonly negativeTies: string;
    };
    readonly bfloat16ToFloat32: string;
    readonly float32ToBfloat16: { readonly sweep: string; readonly ties: string };
  };
}

/** What tools/reference/safetensors_files.py wrote. */
export const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/safetensors.json', import.meta.url), 'utf8'),
) as Fixture;
