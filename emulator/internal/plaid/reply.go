package plaid

import (
	"maps"
	"net/http"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
)

// errorBody is Plaid's error, its keys in alphabetical order as observed. Recordings
// have suggested_action since 2019-05 and documentation_url since 2020-06.
type errorBody struct {
	DisplayMessage   *string `json:"display_message"`
	DocumentationURL string  `json:"documentation_url,omitempty"`
	ErrorCode        string  `json:"error_code"`
	ErrorMessage     string  `json:"error_message"`
	ErrorType        string  `json:"error_type"`
	RequestID        string  `json:"request_id,omitempty"` // left out inside Items
	SuggestedAction  *string `json:"suggested_action"`
}

func errorBodyOf(e *catalogue.Error, requestID string) errorBody {
	return errorBody{
		DisplayMessage: e.Display, DocumentationURL: e.DocURL(), ErrorCode: e.Row.Code,
		ErrorMessage: e.Message, ErrorType: e.Row.Type, RequestID: requestID,
	}
}

// withExtra adds the further members that an error has, such as error_code_reason.
func (b errorBody) withExtra(extra map[string]any) any {
	if len(extra) == 0 {
		return b
	}
	all := fieldsOf(b)
	maps.Copy(all, extra)
	return all
}

// securityHeaders are on good answers only: none of the 482 recorded errors has them, and
// no question of MFA (status 210).
var securityHeaders = []api.Header{
	{Name: "X-Content-Type-Options", Value: "nosniff"},
	{Name: "X-Frame-Options", Value: "DENY"},
	{Name: "X-Xss-Protection", Value: "1; mode=block"},
}

// maxHeaders is how many headers a reply has beside its type: write's own, the security headers and HSTS.
const maxHeaders = 7

// vendorHost tells the names that HSTS may be sent for. On localhost it would lock a
// developer's browser out of plain HTTP for a year.
func vendorHost(host string) bool {
	name, _, _ := strings.Cut(host, ":")
	return strings.HasSuffix(name, ".plaid.com")
}

// write turns an answer into a reply. Header names and values are observed. There is
// no Plaid-Request-Id: plaid-node 8 takes an answer with it for a file.
func write(c *api.Call, answer any, err *catalogue.Error) api.Reply {
	if err != nil && err.Row.Family == catalogue.Tweed {
		return api.TweedError(c, err)
	}
	speaks := versionOf(c)
	common := make([]api.Header, 0, maxHeaders)
	common = append(common, api.Header{Name: "Server", Value: "nginx"}, api.Header{Name: "Vary", Value: "Accept-Encoding"})
	if speaks != version2017 { // the first version was told by no header
		common = append(common, api.Header{Name: "Plaid-Version", Value: speaks})
	}
	if err != nil {
		body := errorBodyOf(err, c.RequestID).withExtra(err.Extra)
		return api.JSONReply(err.Status, olderError(speaks, body), common...)
	}
	status := answerStatus(c)
	if status != http.StatusOK {
		return api.JSONReply(status, olderAnswer(c, speaks, answer), common...)
	}
	common = append(common, securityHeaders...)
	if vendorHost(c.Host()) {
		hsts := "max-age=31536000; includeSubDomains; preload"
		common = append(common, api.Header{Name: "Strict-Transport-Security", Value: hsts})
	}
	if raw, ok := answer.(api.Raw); ok {
		return file(raw, common)
	}
	return api.JSONReply(status, olderAnswer(c, speaks, answer), common...)
}

// file is a reply that is not JSON; one without a body has no type.
func file(raw api.Raw, header []api.Header) api.Reply {
	reply := api.Reply{Status: 200, Body: raw.Body}
	if raw.Type != "" {
		reply.Header = append(reply.Header, api.Header{Name: "Content-Type", Value: raw.Type})
	}
	reply.Header = append(reply.Header, header...)
	return reply
}

// answered is the name under which an operation leaves a status that is not 200.
const answered = "status"

func answerStatus(c *api.Call) int {
	if status, ok := c.Kept(answered); ok {
		return status.(int)
	}
	return http.StatusOK
}
