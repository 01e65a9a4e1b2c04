/** Node and nothing else, to compare a start with. */
process.send?.(Date.now());
