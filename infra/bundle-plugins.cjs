/**
 * Each client of the AWS SDK imports its package.json to say its version, and would bring all of it along.
 *
 * @type {import("esbuild").Plugin}
 */
const versionsOfAwsClients = {
  name: "versions-of-aws-clients",
  setup(build) {
    build.onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = require(path);
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

module.exports = [versionsOfAwsClients];
