// s3server is an S3 in memory. It checks no signatures; a proxy of the tests in front of it does.
package main

import (
	"flag"
	"log"
	"net/http"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func main() {
	listen := flag.String("listen", "", "host and port")
	bucket := flag.String("bucket", "b", "the bucket that is there at the start")
	flag.Parse()
	backend := s3mem.New()
	if err := backend.CreateBucket(*bucket); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(*listen, gofakes3.New(backend).Server()))
}
