package compile_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/dataset/compile"
	"tweed/fixtures"
)

// with gives the real files with one of them replaced.
func with(t *testing.T, name, text string) fs.FS {
	t.Helper()
	files := fstest.MapFS{name: {Data: []byte(text)}}
	entries, err := fs.ReadDir(fixtures.Files, ".")
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() != name {
			data, err := fs.ReadFile(fixtures.Files, e.Name())
			require.NoError(t, err)
			files[e.Name()] = &fstest.MapFile{Data: data}
		}
	}
	return files
}

const oneRow = `family: legit
rows:
  - code: A
    status: 401
    confidence: assumed
    source: nobody
`

type strictTest struct{ name, text, want string }

func checkErrors(t *testing.T, tests []strictTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Errors(with(t, "errors_legit.yaml", test.text))
			require.EqualError(t, err, test.want)
		})
	}
}

func TestErrorsAreStrict(t *testing.T) {
	t.Parallel()
	checkErrors(t, []strictTest{
		{"unknown key", oneRow + "    statsu: 400\n", `errors_legit.yaml:7: unknown key "statsu"`},
		{
			"two unknown keys", oneRow + "    a: 1\n    b: 2\n",
			"errors_legit.yaml:7: unknown key \"a\"\nerrors_legit.yaml:8: unknown key \"b\"",
		},
		{"double key", oneRow + "    code: B\n", `errors_legit.yaml:7: mapping key "code" already defined at line 3`},
		{"double row", oneRow + rows(oneRow), "errors_legit.yaml:7: A is here twice; the first one is in line 3"},
		{"wrong type", replace(oneRow, "401", "many"), "errors_legit.yaml:4: cannot unmarshal !!str `many` into int"},
		{"syntax", oneRow + "  - [", "errors_legit.yaml:7: did not find expected node content"},
		{
			"missing source", replace(oneRow, "    source: nobody\n", ""),
			"errors_legit.yaml:3: source is missing: say where the fact comes from",
		},
		{
			"wrong confidence", replace(oneRow, "assumed", "sure"),
			`errors_legit.yaml:3: confidence is "sure"; documented, observed or assumed is right`,
		},
		{"missing code", replace(oneRow, "code: A", "label: A"), "errors_legit.yaml:3: code is missing"},
		{
			"no error status", replace(oneRow, "401", "208"),
			"errors_legit.yaml:3: status is 208; an HTTP error is 400 to 599 (or say never: and why)",
		},
		{
			"wrong never", oneRow + "    never: maybe\n",
			`errors_legit.yaml:3: never is "maybe"; one of ["retired" "not an error status" "no status known"] is right`,
		},
		{
			"wrong text", oneRow + "    text: mine\n",
			`errors_legit.yaml:3: text is "mine"; only assumed is right (the message is Tweed's)`,
		},
		{
			"wrong family", replace(oneRow, "family: legit", "family: legal"),
			`errors_legit.yaml:1: family is "legal"; one of plaid, legacy, legit, sentinel, tweed is right`,
		},
	})
}

func TestMessagesAndVariantsAreStrict(t *testing.T) {
	t.Parallel()
	checkErrors(t, []strictTest{
		{
			"no example", oneRow + "    message: \"{x} is wrong\"\n",
			"errors_legit.yaml:3: the parameter {x} has no example",
		},
		{
			"no parameter", oneRow + "    example: {x: \"1\"}\n",
			"errors_legit.yaml:3: example has {x}, which the message lacks",
		},
		{
			"stray brace", oneRow + "    message: \"a } b\"\n",
			"errors_legit.yaml:3: the message has braces that are no {name}",
		},
		{
			"no message", replace(oneRow, "legit", "legacy"),
			`errors_legit.yaml:3: message is missing ("" where the vendor sends an empty one)`,
		},
		{
			"plaid row without type", replace(oneRow, "legit", "plaid") + "    message: x\n",
			"errors_legit.yaml:3: type is missing, or documentation has no line for it",
		},
		{
			"documentation of nothing", "documentation: {X_ERROR: https://x}\n" + oneRow,
			"errors_legit.yaml:1: documentation names the type X_ERROR, which no row has",
		},
		{
			"place of nothing", "places: [{type: X_ERROR, prefixes: [/x]}]\n" + oneRow,
			"errors_legit.yaml:1: a place needs a type that a row has, and prefixes",
		},
		{
			"variant", oneRow + "    variants:\n      - {name: x, message: y, source: z}\n",
			"errors_legit.yaml:8: a variant needs name, message and when",
		},
		{
			"double variant",
			oneRow + "    variants:\n" + strings.Repeat("      - {name: x, message: y, when: w, source: z}\n", 2),
			"errors_legit.yaml:9: the variant x is here twice",
		},
		{
			"variant without source", oneRow + "    variants:\n      - {name: x, message: y, when: z}\n",
			"errors_legit.yaml:8: source is missing: say where the fact comes from",
		},
	})
}

// rows cuts off what stands before the first row.
func rows(text string) string {
	_, after, _ := strings.Cut(text, "  - ")
	return "  - " + after
}

func replace(text, was, is string) string { return strings.Replace(text, was, is, 1) }

func TestLimitsAreStrict(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{
			"unknown code", "default: RATE_LIMITS\n",
			"rate_limits.yaml:1: RATE_LIMITS is no row of RATE_LIMIT_EXCEEDED",
		},
		{
			"double path",
			"default: RATE_LIMIT\nlimits:\n" + strings.Repeat("  - {path: /a, code: AUTH_LIMIT, confidence: assumed}\n", 2),
			"rate_limits.yaml:4: /a is here twice",
		},
		{
			"unknown code of a path", "default: RATE_LIMIT\nlimits:\n  - {path: /a, code: AUTH, confidence: assumed}\n",
			"rate_limits.yaml:3: AUTH is no row of RATE_LIMIT_EXCEEDED",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Errors(with(t, "rate_limits.yaml", test.text))
			require.EqualError(t, err, test.want)
		})
	}
}

var oneUser = strings.Replace(`account_sets:
  - name: a
    ach_order: ["0000"]
    confidence: assumed
    source: nobody
    accounts:
      - {name: A, mask: "0000", type: depository, subtype: checking, current: "1", numbers: {account: "1", routing: R}}
owners:
  - {name: o, confidence: assumed, source: nobody}
users:
  - {username: u, accounts: a, owner: o, confidence: assumed, source: nobody}
`, "routing: R", `routing: "011401533"`, 1)

func TestUsersAreStrict(t *testing.T) {
	t.Parallel()
	_, err := compile.Bank(with(t, "users.yaml", oneUser))
	require.NoError(t, err)
	for _, test := range []struct{ name, text, want string }{
		{"unknown key", replace(oneUser, "mask:", "msk:"), `users.yaml:7: unknown key "msk"`},
		{
			"balance", replace(oneUser, `current: "1"`, `current: "1,000"`),
			`users.yaml:7: "1,000" is not a plain decimal number`,
		},
		{
			"exponent", replace(oneUser, `current: "1"`, `current: "1e3"`),
			`users.yaml:7: "1e3" is not a plain decimal number`,
		},
		{
			"huge balance", replace(oneUser, `current: "1"`, `current: "99999999999999999999"`),
			`users.yaml:7: "99999999999999999999" is too large`,
		},
		{
			"order", replace(oneUser, `["0000"]`, `["1111"]`),
			`users.yaml:3: ach_order is ["1111"], the accounts with numbers are ["0000"]`,
		},
		{
			"fate", replace(oneUser, `numbers: {account: "1", routing: "011401533"}`, "fate: R01"),
			"users.yaml:7: a fate needs numbers: no deposit comes from an account without\n" +
				`users.yaml:3: ach_order is ["0000"], the accounts with numbers are []`,
		},
		{
			"routing", replace(oneUser, "011401533", "1"),
			"users.yaml:7: numbers need account and a routing number of nine digits",
		},
		{
			"unknown owner", replace(oneUser, "owner: o", "owner: p"),
			"users.yaml:11: accounts and owner of u must name a list above",
		},
		{
			"source", replace(oneUser, "o, confidence: assumed, source: nobody", "o, confidence: assumed"),
			"users.yaml:9: source is missing: say where the fact comes from",
		},
		{
			"double", oneUser + oneUser[strings.LastIndex(oneUser, "  - "):],
			`users.yaml:12: username "u" is missing or here twice`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Bank(with(t, "users.yaml", test.text))
			require.EqualError(t, err, test.want)
		})
	}
}

func TestInstitutionsAreStrict(t *testing.T) {
	t.Parallel()
	const row = "  - {id: ins_1, name: A, country_codes: [US], products: [auth], confidence: assumed, source: nobody}\n"
	for _, test := range []struct{ name, text, want string }{
		{"double", row + row, "institutions.yaml:3: ins_1 is here twice"},
		{
			"order", replace(row, "[auth]", "[b, a]"),
			"institutions.yaml:2: products of ins_1 must be in alphabetical order",
		},
		{
			"id", replace(row, "ins_1", "1"),
			"institutions.yaml:2: an institution needs id (ins_...), name and country_codes",
		},
		{
			"health", replace(row, "id:", "health: ill, id:"),
			`institutions.yaml:2: health is "ill"; healthy, degraded or down is right`,
		},
		{
			"auth method", replace(row, "id:", "auth_methods: [magic], id:"),
			`institutions.yaml:2: auth method "magic" of ins_1; ` +
				`automated_micro_deposits, instant_match, instant_micro_deposits is right`,
		},
		{
			"routing number", replace(row, "id:", `routing_numbers: ["123456789"], id:`),
			"institutions.yaml:2: ins_1: " +
				"routing number 123456789 has the check digit 9; 123456780 would be right",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Bank(with(t, "institutions.yaml", "institutions:\n"+test.text))
			require.EqualError(t, err, test.want)
		})
	}
	const processor = "  - {id: a, name: A, confidence: assumed}\n"
	text := "processors:\n" + processor + replace(processor, "assumed", "x")
	_, err := compile.Bank(with(t, "processors.yaml", text))
	require.EqualError(t, err, "processors.yaml:3: a processor needs an id of its own and a name\n"+
		`processors.yaml:3: confidence is "x"; documented, observed or assumed is right`)
}

func TestOutputIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, build := range []func(fs.FS) ([]byte, error){compile.Errors, compile.Bank} {
		first, err := build(fixtures.Files)
		require.NoError(t, err)
		second, err := build(fixtures.Files)
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	_, err := compile.Errors(fstest.MapFS{})
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// BenchmarkErrors is what starting would cost if the binary read the YAML itself.
func BenchmarkErrors(b *testing.B) {
	for b.Loop() {
		_, err := compile.Errors(fixtures.Files)
		require.NoError(b, err)
	}
}

func TestTransactionsAreStrict(t *testing.T) {
	t.Parallel()
	const payees = "payees:\n  - {name: A, category_id: \"1\", category: [B], primary: C, detailed: D, level: LOW, " +
		"channel: other, type: special, confidence: assumed}\n"
	const standing = "standing:\n  - {back: 3, mask: \"0000\", amount: \"1.5\", payee: A}\n"
	const draws = "draws:\n  - {payee: A, from: 1, to: 2}\n"
	for _, test := range []struct{ name, text, want string }{
		{"channel", replace(payees, "channel: other", "channel: mail"), `transactions.yaml:2: channel is "mail"; online, in store or other is right`},
		{"type", replace(payees, "type: special", "type: odd"), `transactions.yaml:2: type is "odd"; digital, place, special or unresolved is right`},
		{"category", replace(payees, "primary: C, ", ""), "transactions.yaml:2: A needs category_id, category, primary, detailed and level"},
		{"double", payees + payees[len("payees:\n"):], `transactions.yaml:3: payee "A" is missing or here twice`},
		{"payee", payees + replace(standing, "payee: A", "payee: B"), "transactions.yaml:4: a standing transaction needs a payee above, a mask and 0 to 29 days back"},
		{"back", payees + replace(standing, "back: 3", "back: 30"), "transactions.yaml:4: a standing transaction needs a payee above, a mask and 0 to 29 days back"},
		{"amount", payees + replace(standing, "1.5", "x"), `transactions.yaml:4: "x" is not a plain decimal number`},
		{"order", payees + standing + replace(standing[len("standing:\n"):], "back: 3", "back: 2"), "transactions.yaml:4: standing transactions stand newest first"},
		{"draw", payees + replace(draws, "to: 2", "to: 1"), "transactions.yaml:4: a draw needs a payee above and an amount from..to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile.Bank(with(t, "transactions.yaml", test.text))
			require.EqualError(t, err, test.want)
		})
	}
	_, err := compile.Bank(with(t, "transactions.yaml", payees+standing+draws))
	require.NoError(t, err)
}
