import { testTokenizer } from './transformers-runtime-tokenizer';

testTokenizer('huggingface');
