/**
 * Preloaded (`--require`) into the apps that `npm start` runs: when the process that started them is
 * gone, however it died, they end too. At once, as by a kill: the broker ends with them, so there is
 * nothing left to drain into, and every delivery in flight comes again.
 */
process.on('disconnect', () => {
  process.exit(70);
});
// The channel tells of the parent's end; an app that has drained must be able to end before it.
process.channel?.unref();
