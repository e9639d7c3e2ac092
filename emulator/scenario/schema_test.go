package scenario

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"tweed/scenarios"
)

// compiledSchema is the schema that is shipped.
func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scenarios.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("scenario", doc))
	s, err := c.Compile("scenario")
	require.NoError(t, err)
	return s
}

// read makes of a file what an editor hands to the schema, by the loader's own reading of
// scalars. It says false for what is no document of YAML or JSON.
func read(data []byte) (any, bool) {
	r := &report{}
	n := r.parse(data)
	if len(r.problems) > 0 {
		return nil, false
	}
	if n == nil {
		return nil, true
	}
	return n.plain(), true
}

// TestShippedScenariosFitTheSchema also takes them as Tweed writes them.
func TestShippedScenariosFitTheSchema(t *testing.T) {
	t.Parallel()
	fits := compiledSchema(t)
	for _, name := range scenarios.Names() {
		text, _ := scenarios.Find(name)
		doc, ok := read(text)
		require.True(t, ok, name)
		require.NoError(t, fits.Validate(doc), name)
		s, err := Load(name, text)
		require.NoError(t, err)
		written, err := s.MarshalJSON()
		require.NoError(t, err)
		doc, ok = read(written)
		require.True(t, ok)
		require.NoError(t, fits.Validate(doc), name)
	}
}

func TestGoodFilesFitTheSchema(t *testing.T) {
	t.Parallel()
	fits := compiledSchema(t)
	files, err := filepath.Glob("testdata/good/*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		doc, ok := read(data)
		require.True(t, ok, file)
		require.NoError(t, fits.Validate(doc), file)
	}
}

// TestEveryDecoderHasASchema: nothing else tells what a type with a decodeNode takes.
func TestEveryDecoderHasASchema(t *testing.T) {
	t.Parallel()
	own := reflect.TypeFor[selfDescribed]()
	seen := map[reflect.Type]bool{}
	coded := 0
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] || typ == timeType {
			return
		}
		seen[typ] = true
		if reflect.PointerTo(typ).Implements(codedType) {
			coded++
			require.True(t, typ.Implements(own), "%s has a decodeNode and no schema beside it", typ)
		}
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				walk(typ.Field(i).Type)
			}
		default:
		}
	}
	walk(reflect.TypeFor[Scenario]())
	require.GreaterOrEqual(t, coded, 8)
}

// TestLimitsAreOfKeys: a limit of a key that a struct does not have would be forgotten in
// silence.
func TestLimitsAreOfKeys(t *testing.T) {
	t.Parallel()
	for _, typ := range []limited{
		Scenario{},
		Clock{},
		Credentials{},
		Item{},
		Rule{},
		Then{},
		ErrorSpec{},
		NOC{},
		Patch{},
		bounds{},
		Step{},
		StepExpect{},
		FlowExpect{},
		CallExpect{},
	} {
		keys := map[string]bool{}
		for _, f := range fieldsOf(reflect.TypeOf(typ)) {
			keys[f.key] = true
		}
		for key := range typ.limits().keys {
			require.True(t, keys[key], "%T has no key %s", typ, key)
		}
	}
}

// onlyLoad are the refusals that a schema cannot make or does not, by words of the
// message, with the reason.
var onlyLoad = []struct{ words, why string }{
	{`is for transfers; write ach`, "it depends on where the rule sits"},
	{`is for calls; a transfer takes`, "it depends on where the rule sits"},
	{`is for calls; a webhook takes`, "it depends on where the rule sits"},
	{`is for webhooks; write webhook`, "it depends on where the rule sits"},
	{`a webhook has no fact`, "it depends on where the rule sits"},
	{`is for calls; an end of Link takes`, "it depends on where the rule sits"},
	{`is for the ends of Link; write link`, "it depends on where the rule sits"},
	{`an end of Link has no fact`, "it depends on where the rule sits"},
	{`no rule is called`, "names are compared"},
	{`is about something else`, "it depends on where the rule sits"},
	{`a webhook that is dropped comes neither`, "what goes together"},
	{`reorder waits for the next`, "what goes together"},
	{`a transfer has no fact`, "it depends on where the rule sits"},
	{`both make the answer`, "what goes together is said in sentences, not in a schema's words"},
	{`both decide what becomes`, "what goes together"},
	{`changes the operation's good answer`, "what goes together"},
	{`repeat stands beside times`, "what goes together"},
	{`repeat without a list`, "what goes together"},
	{`nothing happens after that`, "what goes together"},
	{`a transfer does not leave`, "what goes together"},
	{`has no body; remove the body`, "what goes together"},
	{`form stands beside with`, "what goes together"},
	{`is of no use here`, "what goes together"},
	{`with is no mapping`, "what goes together: with call, any value will do"},
	{`corrects no`, "what goes together"},
	{`the patch changes nothing`, "an empty mapping, a mapping of empty ones and no value are the same"},
	{`has no variant`, "it depends on the code"},
	{`has no parameter`, "it depends on the code"},
	{`never is an HTTP error by itself`, "it depends on the code"},
	{`stands under several types`, "it depends on the operations that the rule is about"},
	{`has the check digit`, "it is computed"},
	{`the account number is too long`, "a number is longer than its text"},
	{`is shorter than`, "times are compared"},
	{`the delay is 0`, "0s, 0ms and 0h0m are one"},
	{`after is not above 0`, "0s, 0ms and 0h0m are one"},
	{`is no time; write for example 5 banking days`, "0 and 00000 days are one"},
	{`until is not above 0`, "0s, 0ms and 0h0m are one"},
	{`the timeout is not above 0`, "0s, 0ms and 0h0m are one"},
	{`the step would wait without end`, "what goes together"},
	{`done stands beside`, "what goes together"},
	{`a rate limit stands in a list`, "what goes together"},
	{`asks for what`, "what goes together: what is lost cannot be compared"},
	{`min is greater than max`, "numbers are compared"},
	{`"/x/-" names an item that is not there`, "a form says less than the message"},
	{`it must be a number`, "a mapping of an expectation has bounds or members: its keys decide"},
	{`is no number; min and max work`, "it depends on the fact"},
	{`a clock does not run "0x"`, "0x, 0.0x and 00x are one"},
	{`a second item is called`, "names are compared"},
	{`a second rule is called`, "names are compared"},
	{`no given item is called`, "names are compared"},
	{`nothing is called`, "names are compared"},
	{`is taken by Tweed`, "an editor may complete it all the same"},
	{`the name begins or ends with a space`, "a form says less than the message"},
	{`the name has a line break`, "a form says less than the message"},
	{`has a * inside of a segment`, "a form that finds each wrong * is not readable"},
	{`has too many *`, "a form that finds each wrong * is not readable"},
	{`no operation matches`, "a form that finds each wrong * is not readable"},
	{`no operation "/item/gett"`, "a step may call what is not there, with expect: {status: 404}"},
	{`no operation "GET /item/get"`, "a step may call what is not there, with expect: {status: 404}"},
	{`no operation "GET /accounts/get"`, "a step may call what is not there, with expect: {status: 404}"},
	{`a reference is not closed`, "a form that finds it is not readable"},
	{`has a *; a step calls one path`, "a step may call what is not there, with expect: {status: 404}"},
	{`step-calls.yaml:6:12: unknown method`, "a step may call what is not there, with expect: {status: 404}"},
}

// TestBadFilesDoNotFitTheSchema gives the schema each problem of the bad files alone.
func TestBadFilesDoNotFitTheSchema(t *testing.T) {
	t.Parallel()
	fits := compiledSchema(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	typos, err := filepath.Glob("testdata/typos/*.yaml")
	require.NoError(t, err)
	files = append(files, typos...)
	used := make([]bool, len(onlyLoad))
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var problems Problems
		if _, err = Load(file, data); err != nil {
			require.ErrorAs(t, err, &problems)
		}
		doc, ok := read(data)
		if !ok { // no document: there is nothing that a schema could be asked
			continue
		}
		var refused *jsonschema.ValidationError
		places := map[string]bool{}
		if err := fits.Validate(doc); err != nil {
			require.ErrorAs(t, err, &refused)
			leaves(refused, places)
		}
		for _, p := range problems {
			known := false
			for i, only := range onlyLoad {
				if strings.Contains(p.String(), only.words) {
					known, used[i] = true, true
				}
			}
			if !known && !near(places, p.Path) {
				t.Errorf("the schema takes %s\n   at %s", p, p.Path)
			}
		}
	}
	for i, only := range onlyLoad {
		require.True(t, used[i], "no bad file has %q", only.words)
	}
}

// leaves collects where a schema refuses something.
func leaves(e *jsonschema.ValidationError, places map[string]bool) {
	places[strings.Join(e.InstanceLocation, "/")] = true
	for _, cause := range e.Causes {
		leaves(cause, places)
	}
}

// near says whether a value is refused, or something in it, or the mapping around it as
// for an unknown key.
func near(places map[string]bool, path string) bool {
	at := strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(path)
	above := at[:max(0, strings.LastIndex(at, "/"))]
	for place := range places {
		if place == at || place == above || strings.HasPrefix(place, at+"/") {
			return true
		}
	}
	return false
}

// TestOneChangedValue replaces each value of the good files and of shipped ones by others.
// What Load then takes must fit the schema and come back equal;
// what it refuses has its place.
func TestOneChangedValue(t *testing.T) {
	t.Parallel()
	fits := compiledSchema(t)
	others := []string{
		`null`, `""`, `"x"`, `"5"`, `0`, `1`, `-1`, `1.5`, `1e3`, `true`, `[]`, `{}`, `[null]`, `["x"]`, `{"x": 1}`, `"/item/get"`,
		`"R01"`, `"C01"`, `"ITEM_LOCKED"`, `"1s"`, `"+0"`, `"2 days"`, `"present"`, `"*"`, `["/auth/get", "1s"]`, `"a"`,
	}
	files := map[string][]byte{}
	for _, name := range scenarios.Names()[:4] {
		files[name], _ = scenarios.Find(name)
	}
	good, err := filepath.Glob("testdata/good/*")
	require.NoError(t, err)
	for _, file := range good {
		files[file], err = os.ReadFile(file)
		require.NoError(t, err)
	}
	const every = 6 // of the changes; each value gets some of them
	taken, refused, changes := 0, 0, 0
	for _, name := range sortedKeys(files) {
		root := (&report{}).parse(files[name])
		root.everyNode(func(n *node) {
			was := *n
			for _, other := range others {
				if changes++; changes%every != 0 {
					continue
				}
				changed := (&report{}).parse([]byte(`{"it": ` + other + `}`))
				*n = *changed.items[0]
				data := renderJSON(nil, root)
				*n = was
				s, err := Load("f", data)
				if err != nil {
					refused++
					for _, p := range err.(Problems) { //nolint:errorlint // Load's own type
						require.True(t, within(data, p), "%s", p)
					}
					continue
				}
				taken++
				doc, ok := read(data)
				require.True(t, ok)
				if len(s.Assume) == 0 { // Load takes any name there
					require.NoError(t, fits.Validate(doc), "%s", data)
				}
				again(t, s)
			}
		})
	}
	require.Greater(t, taken, 500)
	require.Greater(t, refused, 1000)
}

// everyNode calls a function for the node and all below it.
func (n *node) everyNode(each func(*node)) {
	if n == nil {
		return
	}
	each(n)
	for _, item := range n.items {
		item.everyNode(each)
	}
}
