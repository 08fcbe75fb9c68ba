/**
 * Is the frame whole? `examine` makes the chunk map, `judge` a verdict of it, `fixedTable` a copy whose offset table is right.
 */
export { examine, type ChunkProblem, type Examination, type ExamineOptions, type Tier } from './examine.ts';
export { judge, missingText, withJudgement, type Judgement, type Verdict } from './verdict.ts';
export { missingOf, type Missing } from './missing.ts';
export { verify, type VerifyOptions } from './verify.ts';
export { fixedTable, type FixedTable, type FixOptions } from './fix-table.ts';
