package plaid

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/recorded"
)

// Each recorded request is sent again in its version, with our own keys and tokens in the
// place of the masked ones. Our answer must be the recorded one: status, headers, and every
// member with its value, or with its form if it is an id, a token or a time. What differs
// stands in differences.yaml, and what stands there must differ. Lists of accounts may be
// longer: the test user has got more of them since.
func TestRecorded(t *testing.T) {
	t.Parallel()
	all, err := recorded.Load("testdata")
	require.NoError(t, err)
	require.Len(t, all.Samples, 95)
	known := all.Known
	s := serve(t)
	for n, sample := range all.Samples {
		t.Run(strconv.Itoa(n)+sample.Endpoint, func(t *testing.T) {
			t.Parallel()
			s := s.speaks(speaks(sample)).at(t)
			got := s.post(sample.Endpoint, s.revive(sample))
			met := map[string]string{} // why, by path
			if sample.Status == got.Status {
				compare(sample.Response, got.Fields, "", func(path, why string) { met[path] = why })
			} else {
				met["status"] = fmt.Sprintf("is %d, was %d\n%s", got.Status, sample.Status, got.Body)
			}
			if met["status"] == "" {
				checkHeaders(t, sample, got)
			}
			for path, why := range met {
				require.True(t, slices.ContainsFunc(known.Differences, func(d recorded.Difference) bool {
					return d.Samples[n] != "" && d.Fits(path)
				}), "sample %d: %s: %s", n, path, why)
			}
			for _, d := range known.Differences {
				if d.Samples[n] != "" {
					require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(met)), d.Fits),
						"%s of sample %d is as recorded now: take it out of differences.yaml", d.Path, n)
				}
			}
		})
	}
}

// speaks is the version in which a sample was asked.
func speaks(r recorded.Sample) string {
	if strings.HasPrefix(r.Version, "(none") {
		return version2017
	}
	return r.Version
}

// revive replaces what is masked in a request. A public_key goes alone.
func (s *tester) revive(sample recorded.Sample) object {
	s.t.Helper()
	body := maps.Clone(sample.Request)
	for _, name := range []string{"client_id", "secret"} {
		delete(body, name)
		if sample.Request[name] == nil {
			body[name] = absent{}
		}
	}
	if body["public_key"] != nil {
		body["public_key"] = "public key"
	}
	if body["start_date"] == "2016-01-01" { // a year, which has passed
		body["start_date"], body["end_date"] = monday.AddDate(-1, 0, 0).Format(time.DateOnly), monday.Format(time.DateOnly)
	}
	if token, _ := body["access_token"].(string); strings.HasSuffix(token, "<uuid4>") {
		body["access_token"] = s.reviveItem(sample)
	}
	if token, _ := body["public_token"].(string); strings.HasSuffix(token, "<uuid4>") {
		body["public_token"] = s.speaks("").publicToken()
	}
	return body
}

// reviveItem makes the Item that a recorded request is about, and returns its token.
func (s *tester) reviveItem(sample recorded.Sample) string {
	s.t.Helper()
	if sample.Endpoint == "/item/mfa" {
		access := s.post("/item/create", object{
			"credentials": object{"username": "user_good", "password": "mfa_device"}, "institution_id": "ins_109508",
			"initial_products": []string{"transactions"},
		}).text("access_token")
		if sample.Request["mfa_type"] == "device" {
			s.post("/item/mfa", object{"access_token": access, "mfa_type": "device_list", "responses": []string{"0"}})
		}
		return access
	}
	products := []string{"transactions"}
	if item, ok := sample.Response["item"].(object); ok {
		products = nil
		for _, name := range item["billed_products"].([]any) {
			products = append(products, name.(string))
		}
	}
	return s.speaks("").accessToken(products...)
}

func checkHeaders(t *testing.T, r recorded.Sample, got reply) {
	t.Helper()
	for name, value := range r.Headers {
		switch name {
		case "connection", "transfer-encoding", "strict-transport-security": // the server's; only on Plaid's own host names
		case "content-type":
			require.True(t, strings.HasPrefix(got.Header.Get(name), value), "2018 has no charset")
		default:
			require.Equal(t, value, got.Header.Get(name), name)
		}
	}
	if r.Status != http.StatusOK {
		for _, name := range []string{"X-Frame-Options", "X-Content-Type-Options", "X-Xss-Protection"} {
			require.NotContains(t, got.Header, name)
		}
	}
}

// compare tells where an answer differs from the recorded one.
func compare(want, got any, path string, differs func(path, why string)) {
	switch want := want.(type) {
	case object:
		members, ok := got.(object)
		if !ok {
			differs(path, "is no object")
			return
		}
		for name, value := range want {
			if other, ok := members[name]; ok {
				compare(value, other, path+"/"+name, differs)
			} else {
				differs(path+"/"+name, "is missing")
			}
		}
		for name := range members {
			if _, ok := want[name]; !ok {
				differs(path+"/"+name, "was not there")
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok {
			differs(path, "is no list")
			return
		}
		compareLists(want, list, path, differs)
	case string:
		if text, ok := got.(string); !ok || path != "/request_id" && formOf(want) != formOf(text) {
			differs(path, fmt.Sprintf("is %v, was %q", got, want))
		}
	default:
		if want != got {
			differs(path, fmt.Sprintf("is %v, was %v", got, want))
		}
	}
}

// compareLists compares members that have a key with those that have the same, others one
// by one. "…" stands where a long list was cut.
func compareLists(want, got []any, path string, differs func(path, why string)) {
	keyed := false
	for n, value := range want {
		if value == "…" {
			return
		}
		at := n
		if key, is := keyIn(value); is {
			keyed = true
			at = slices.IndexFunc(got, func(other any) bool {
				otherKey, is := keyIn(other)
				return is && key == otherKey
			})
		}
		if at < 0 || at >= len(got) {
			differs(path, fmt.Sprintf("has no member like %v", value))
			return
		}
		if _, scalar := value.(string); scalar && len(got) != len(want) {
			break
		}
		compare(value, got[at], path+"/"+strconv.Itoa(n), differs)
	}
	if !keyed && len(got) != len(want) {
		differs(path, fmt.Sprintf("has %d members, had %d", len(got), len(want)))
	}
}

// keyIn is what tells the members of some lists apart: an account's mask, its number, an
// institution's id.
func keyIn(member any) (string, bool) {
	fields, _ := member.(object)
	for _, name := range []string{"mask", "account", "institution_id"} {
		if key, ok := fields[name].(string); ok {
			return key, true
		}
	}
	return "", false
}

var (
	idForm    = regexp.MustCompile(`^[13-9A-NP-XZa-z]{37,38}$`)
	uuidForm  = regexp.MustCompile(`-(<uuid4>|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$`)
	timeForm  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT[\d:.]+Z$`)
	digitForm = regexp.MustCompile(`\d`)
)

// formOf is a text, or the form of one that is another in every world.
func formOf(text string) string {
	switch {
	case idForm.MatchString(text):
		return "an id"
	case timeForm.MatchString(text):
		return digitForm.ReplaceAllString(text, "9")
	}
	return uuidForm.ReplaceAllString(text, "-<uuid4>")
}
