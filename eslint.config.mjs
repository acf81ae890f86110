// Every rule is written out: what a linter's next version adds is no surprise.
export default [
    {
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: {
                console: "readonly",
                document: "readonly",
                odoo: "readonly",
                setTimeout: "readonly",
                window: "readonly",
            },
        },
        rules: {
            "array-callback-return": "error",
            curly: "error",
            eqeqeq: "error",
            "no-const-assign": "error",
            "no-dupe-class-members": "error",
            "no-dupe-keys": "error",
            "no-duplicate-imports": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-redeclare": "error",
            "no-shadow": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
