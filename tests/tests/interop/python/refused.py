"""Chromium where it must not go: refused.py CHROMIUM URL; prints what it says of it."""

import sys

from playwright.sync_api import Error, sync_playwright


def main(program, url):
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            browser.new_page().goto(url)
        except Error as error:
            print(error.message)
        else:
            raise AssertionError("it went there")
        browser.close()
    print("all well")


main(*sys.argv[1:])
