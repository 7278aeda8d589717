export default { test: { environment: "happy-dom", include: ["*.test.js"] } };
