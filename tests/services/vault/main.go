// Command vaultserver is HashiCorp Vault's core with its Transit engine and nothing else, in memory,
// for the tests of the custody that asks it. The server is built from the last minor release under
// the MPL-2.0 and is no part of the product.
//
// It listens on a free loopback port, says on one line where and with which token, and ends when its
// standard input does: whoever started it need not clean up after it.
package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/logical/transit"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

func main() {
	core, token, err := unsealed()
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port())
	if err != nil {
		log.Fatal(err)
	}
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core})
	go func() { log.Fatal(http.Serve(listener, handler)) }()
	said := map[string]string{"url": "http://" + listener.Addr().String(), "token": token}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// unsealed makes a server that knows nothing yet, with one unseal key, and opens it.
func unsealed() (*vault.Core, string, error) {
	silent := hclog.NewNullLogger()
	store, err := inmem.NewInmem(nil, silent)
	if err != nil {
		return nil, "", err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:        store,
		Logger:          silent,
		DisableMlock:    true,
		BuiltinRegistry: engines{},
		LogicalBackends: map[string]logical.Factory{"transit": transit.Factory},
	})
	if err != nil {
		return nil, "", err
	}
	one := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: one})
	if err != nil {
		return nil, "", err
	}
	_, err = core.Unseal(made.SecretShares[0])
	return core, made.RootToken, err
}

// engines is what the server is told of its own engines: there is Transit.
type engines struct{}

func (engines) Contains(name string, kind consts.PluginType) bool {
	return name == "transit" && kind == consts.PluginTypeSecrets
}

func (one engines) Get(name string, kind consts.PluginType) (func() (interface{}, error), bool) {
	made := func() (interface{}, error) { return logical.Factory(transit.Factory), nil }
	return made, one.Contains(name, kind)
}

func (engines) Keys(kind consts.PluginType) []string {
	if kind == consts.PluginTypeSecrets {
		return []string{"transit"}
	}
	return nil
}

func (one engines) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, one.Contains(name, kind)
}

// port is the one asked for, so that a server can come back to where it was; else a free one.
func port() string {
	if len(os.Args) > 1 {
		return os.Args[1]
	}
	return "0"
}
