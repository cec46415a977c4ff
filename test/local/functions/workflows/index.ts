export default [{ workflow_id: "sample" }];
