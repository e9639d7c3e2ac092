package edge

import (
	"context"
	"net"
	"net/http"
	"strings"
)

// arrival is how a request came that did not come straight in cleartext or TLS.
type arrival struct {
	scheme string // of the absolute form; "" = see the connection
	tunnel string // the host of CONNECT; "" = there is none
}

type arrivalKey struct{}

func arrivalOf(ctx context.Context) arrival {
	a, _ := ctx.Value(arrivalKey{}).(arrival)
	return a
}

// ConnContext is the ConnContext of the http.Server: requests in a tunnel know of it.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	for c != nil {
		if o, ok := c.(*opened); ok && o.tunnel != "" {
			return context.WithValue(ctx, arrivalKey{}, arrival{tunnel: o.tunnel})
		}
		wrapper, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		c = wrapper.NetConn()
	}
	return ctx
}

// Base returns the address under which the caller of a request reached Tweed: the scheme
// and the host that it had in mind, without a slash at the end.
func Base(r *http.Request) string {
	scheme, port := "http", ":80"
	if s := arrivalOf(r.Context()).scheme; r.TLS != nil && s == "" || s == "https" {
		scheme, port = "https", ":443"
	}
	return scheme + "://" + strings.TrimSuffix(r.Host, port)
}
