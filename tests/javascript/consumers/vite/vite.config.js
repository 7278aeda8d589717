export default { clearScreen: false, logLevel: "error" };
