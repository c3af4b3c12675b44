import { testReferenceFeatures } from './reference-features';

testReferenceFeatures('xenova');
