package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/contract/gen/spec"
)

// api is a piece of api.ts in the form of the typescript-axios templates.
const api = `
/**
 * The version of the OpenAPI document: 2020-09-14_9.9
 */
export interface ThingGetRequest {
    /**
     * The token: ` + "`x`" + `
     * @type {string}
     */
    token?: string;
    kind: ThingKind | null;
    'inner'?: Inner;
    list?: Array<Fresh> | null;
    free?: { [key: string]: object; };
    either?: Either;
}
export interface Inner {
    deep: number;
}
export interface Fresh {
    day: string;
    kind?: FreshKind;
}
export enum ThingKind {
    A = 'a',
    D = 'd',
    Null = 'null'
}
export enum FreshKind {
    X = 'x'
}
export type Either = Inner | Fresh;
export interface ThingList {
    /**
     * When, e.g. 2025-01-02T03:04:05Z
     */
    moment: string;
    /**
     * The day.
     */
    start_date?: string | null;
    name: string;
    inner: Inner;
    kinds: Array<FreshKind>;
}
export const PlaidApiAxiosParamCreator = function (configuration?: Configuration) {
    return {
        thingGet: async (thingGetRequest: ThingGetRequest, options: any = {}): Promise<RequestArgs> => {
            const localVarPath = ` + "`/thing/get`" + `;
            const localVarRequestOptions = { method: 'POST', ...baseOptions, ...options};
            localVarRequestOptions.data = serializeDataIfNeeded(thingGetRequest, localVarRequestOptions, configuration)
        },
        revoke: async (id: string, body: { [key: string]: object; }, options: any = {}): Promise<RequestArgs> => {
            const localVarPath = ` + "`/thing/{id}/revoke`" + `
            const localVarRequestOptions = { method: 'PUT', ...baseOptions, ...options};
            localVarRequestOptions.data = serializeDataIfNeeded(body, localVarRequestOptions, configuration)
        },
        freshCreate: async (fresh?: Fresh, options: any = {}): Promise<RequestArgs> => {
            const localVarPath = ` + "`/fresh/create`" + `;
            const localVarRequestOptions = { method: 'POST', ...baseOptions, ...options};
            localVarRequestOptions.data = serializeDataIfNeeded(fresh, localVarRequestOptions, configuration)
        },
    }
};
export const PlaidApiFp = function(configuration?: Configuration) {
    return {
        async revoke(id: string, options?: any): Promise<(axios?: AxiosInstance) => AxiosPromise<void>> {
        },
        async freshCreate(fresh?: Fresh, options?: any): Promise<(axios?: AxiosInstance) => AxiosPromise<ThingList>> {
        },
    }
};
`

// base is the contract that api is newer than.
func base() *spec.Contract {
	field := func(line string) *spec.Field {
		f, err := spec.ParseField(line)
		if err != nil {
			panic(err)
		}
		return f
	}
	return &spec.Contract{
		Ops: []*spec.Op{{ID: "thingGet", Method: "POST", Path: "/thing/get", Request: "ThingGetRequest"}},
		Types: map[string]*spec.Type{
			"ThingGetRequest": {Name: "ThingGetRequest", Fields: []*spec.Field{
				field("token! string"), field("kind! ThingGetRequest.kind"), field("inner integer"), field("gone! string"),
			}},
			"ThingGetRequest.kind": {Name: "ThingGetRequest.kind", Values: []string{"a", "b"}},
		},
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	newer, err := readTypeScript(strings.NewReader(api))
	require.NoError(t, err)
	require.Equal(t, "2020-09-14_9.9", newer.Version)
	require.Len(t, newer.Ops, 3)

	d := diff(base(), newer)
	require.Equal(t, []string{"ThingGetRequest.inner: integer in the base, Inner in ThingGetRequest"}, d.notes)
	require.Equal(t, `# What the requests of npm plaid 9.9.9 accept and the base contract (plaid-go v41.0.0) lacks, and what
# its newer operations answer.
# Written by `+"`go run ./emulator/internal/contract/gen/npm`"+`; do not edit. from names the interface, enum or call
# of api.ts. Its "number" is not told apart into integers; a new field is never required of older clients.
# ~date and ~datetime come from names and comments.
sources:
  npm: npm plaid 9.9.9 api.ts (specification 2020-09-14_9.9),

operations:
  - {id: freshCreate, method: POST, path: "/fresh/create", family: plaid, request: Fresh, reply: ThingList, from: npm freshCreate}
  - {id: revoke, method: PUT, path: "/thing/{id}/revoke", family: plaid, media: none, from: npm revoke}

fields:
  - {type: ThingGetRequest, optional: token, from: npm ThingGetRequest}
  - {type: ThingGetRequest, "null": kind, from: npm ThingGetRequest}
  - {type: ThingGetRequest, add: "list ?[]Fresh", from: npm ThingGetRequest}
  - {type: ThingGetRequest, add: "free map", from: npm ThingGetRequest}
  - {type: ThingGetRequest, add: "either Either", from: npm ThingGetRequest}
  - {type: ThingGetRequest, optional: gone, from: npm ThingGetRequest}

values:
  - {type: ThingGetRequest.kind, add: ["d"], from: npm ThingKind}

types:
  - type: Either
    from: npm Either
    fields:
      - field: "deep number"
      - field: "day string"
      - field: "kind FreshKind"
  - type: Fresh
    from: npm Fresh
    fields:
      - field: "day! string"
      - field: "kind FreshKind"
  - type: FreshKind
    from: npm FreshKind
    values: ["x"]
  - type: Inner
    from: npm Inner
    fields:
      - field: "deep! number"
  - type: ThingList
    from: npm ThingList
    fields:
      - field: "moment! string ~datetime"
      - field: "start_date ?string ~date"
      - field: "name! string"
      - field: "inner! Inner"
      - field: "kinds! []FreshKind"
`, string(encode("9.9.9", newer.Version, &d.overlay)))
}

func TestReadTypeScriptRefuses(t *testing.T) {
	t.Parallel()
	_, err := readTypeScript(strings.NewReader("export interface A {\n    b: string;\n}\n"))
	require.ErrorContains(t, err, "not what typescript-axios writes")
}

func FuzzReadTypeScript(f *testing.F) {
	f.Add(api)
	f.Add("export type A = A | B;\nexport interface A {")
	f.Fuzz(func(_ *testing.T, text string) {
		if newer, err := readTypeScript(strings.NewReader(text)); err == nil {
			diff(base(), newer)
		}
	})
}

// TestCompare: the overlay of a version takes the place of the committed one, and what it changes is printed.
func TestCompare(t *testing.T) {
	t.Parallel()
	const hand = "sources: {doc: the documents}\nrules: [" +
		"{rule: text, is: string, text: t, confidence: assumed, from: doc}, " +
		"{rule: plain, is: string, text: t, confidence: assumed, from: doc}, " +
		"{rule: date, is: date, text: t, confidence: assumed, from: doc}, " +
		"{rule: datetime, is: datetime, text: t, confidence: assumed, from: doc}]\n"
	overlays := func(npm string) []*spec.Overlay {
		first, err := spec.ParseOverlay("formats.yaml", []byte(hand))
		require.NoError(t, err)
		second, err := spec.ParseOverlay("fixtures/overlay-npm-1.0.0.yaml", []byte(npm))
		require.NoError(t, err)
		return []*spec.Overlay{first, second}
	}
	older, err := readTypeScript(strings.NewReader(api))
	require.NoError(t, err)
	newer, err := readTypeScript(strings.NewReader(strings.NewReplacer(
		"D = 'd'", "D = 'd',\n    E = 'e'", "free?: { [key: string]: object; };", "",
		"`/fresh/create`", "`/fresh/make`").Replace(api)))
	require.NoError(t, err)
	before := encode("1.0.0", older.Version, &diff(base(), older).overlay)
	now := encode("2.0.0", newer.Version, &diff(base(), newer).overlay)

	committed := base()
	require.NoError(t, committed.Merge(overlays(string(before))))
	var same, other strings.Builder
	require.NoError(t, compare(&same, "1.0.0", committed, base(), overlays(string(before)), before))
	require.Equal(t, "1.0.0: 0 added, 0 changed, 0 removed; 0 lines of overlays left out\n", same.String())
	require.NoError(t, compare(&other, "2.0.0", committed, base(), overlays(string(before)), now))
	require.Equal(t, `added operation POST /fresh/make (freshCreate)
added value ThingGetRequest.kind: e
removed field ThingGetRequest: free map
removed operation POST /fresh/create (freshCreate)
2.0.0: 2 added, 0 changed, 2 removed; 0 lines of overlays left out
`, other.String())
}
