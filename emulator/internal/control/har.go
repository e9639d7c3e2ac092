package control

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tweed/emulator/internal/api"
)

// The types of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec), as far as Tweed
// has something to say. Members without omitempty are required there.
type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Entries []harEntry `json:"entries"`
	Comment string     `json:"comment,omitempty"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

// harTimings are milliseconds of wall time, which the journal does not keep.
type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	QueryString []harPair `json:"queryString"`
	PostData    *harPost  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding,omitempty"`
}

// unknownSize says in a HAR that a size is not known.
const unknownSize = -1

const harVersion = "HTTP/1.1"

// har is the journal as an HTTP archive, for browsers' tools and for tickets. Times are
// the world's; how long a call took is not kept.
func (a *API) har(entries []api.Entry, gone uint64) harFile {
	log := harLog{Version: "1.2", Creator: harCreator{"tweed", a.Version}, Entries: make([]harEntry, len(entries))}
	if gone > 0 {
		log.Comment = strconv.FormatUint(gone, 10) + " earlier calls left the journal for want of room"
	}
	for i := range entries {
		log.Entries[i] = harOf(&entries[i])
	}
	return harFile{log}
}

func harOf(e *api.Entry) harEntry {
	return harEntry{
		Started: e.Time.Format("2006-01-02T15:04:05.000Z07:00"), Comment: harComment(e),
		Request: harRequestOf(e), Response: harResponseOf(e),
	}
}

// harComment says which world the call was in, what acted on it, and the journal's notes.
func harComment(e *api.Entry) string {
	what := "call "
	if e.Family == api.FamilyWebhook {
		what = "webhook "
	}
	parts := []string{"world " + e.World + ", " + what + strconv.FormatUint(e.N, 10)}
	for _, rule := range e.Rules() {
		parts = append(parts, "rule "+strconv.Quote(rule)+" acted")
	}
	return strings.Join(append(parts, e.Notes...), "; ")
}

func harRequestOf(e *api.Entry) harRequest {
	out := harRequest{
		Method: e.Method, URL: e.Base + (&url.URL{Path: e.Path}).EscapedPath(), HTTPVersion: harVersion,
		Cookies: []harPair{}, Headers: []harPair{}, QueryString: []harPair{},
		HeadersSize: unknownSize, BodySize: len(e.Request),
	}
	if e.Query != "" {
		out.URL += "?" + e.Query
	}
	for _, name := range slices.Sorted(maps.Keys(e.Sent)) {
		for _, value := range e.Sent[name] {
			out.Headers = append(out.Headers, harPair{name, value})
		}
	}
	values, _ := url.ParseQuery(e.Query) // what can be read of it
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			out.QueryString = append(out.QueryString, harPair{name, value})
		}
	}
	if len(e.Request) > 0 {
		out.PostData = &harPost{MimeType: e.Sent.Get("Content-Type"), Text: string(e.Request)}
	}
	return out
}

func harResponseOf(e *api.Entry) harResponse {
	out := harResponse{
		Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: harVersion,
		Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: unknownSize, BodySize: len(e.Reply),
		Content: harContent{Size: len(e.Reply), Text: string(e.Reply)},
	}
	for _, h := range e.Headers {
		out.Headers = append(out.Headers, harPair(h))
		if strings.EqualFold(h.Name, "Content-Type") {
			out.Content.MimeType = h.Value
		}
	}
	if !utf8.Valid(e.Reply) {
		out.Content.Text, out.Content.Encoding = base64.StdEncoding.EncodeToString(e.Reply), "base64"
	}
	return out
}
