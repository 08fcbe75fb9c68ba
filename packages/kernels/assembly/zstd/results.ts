// What the functions of this folder return instead of a length or an address when a frame is false.
/** The data contradicts itself. */
export const BROKEN: i32 = -1;
/** More bytes than there is room for. */
export const TOO_LONG: i32 = -2;
/** The data ends in the middle. */
export const TRUNCATED: i32 = -3;
export const BAD_CHECKSUM: i32 = -4;
/** Bytes follow the frame. */
export const TRAILING: i32 = -5;
/** A dictionary is asked for. */
export const DICTIONARY: i32 = -6;
