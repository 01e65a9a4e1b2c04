/**
 * Preloaded (`--require`) into the apps that `npm start` runs: when the process that started them is
 * gone, however it died, they end too. They end at once, as by a kill: the broker ends with them, so there is
 * nothing left to drain into, and every delivery in flight comes again.
 */
process.on('disconnect', () => {
  process.exit(70);
});
// The channel only signals the parent's end, and must not keep an app alive that has drained.
process.channel?.unref();
