import { crc32 } from "node:zlib";

/** A ZIP file with these files as they are. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const [path, data] = [Buffer.from(name), Buffer.from(content)];
    // Version 2.0, nothing compressed, 1 January 1980.
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(33, 8);
    about.writeUInt32LE(crc32(data), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(data.length, 18);
    about.writeUInt16LE(path.length, 22);
    locals.push(Buffer.from("PK\u0003\u0004"), about, path, data);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    centrals.push(Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), about, place, path);
    offset += 4 + about.length + path.length + data.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(files).length, 4);
  end.writeUInt16LE(Object.keys(files).length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from("PK\u0005\u0006"), end]);
}

/** A web application that counts the requests of each session and shows what is in its data. */
export const counting = zipOf({
  "WEB-INF/web.xml": '<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0" metadata-complete="true"><display-name>counting</display-name></web-app>',
  "index.jsp": `<%@page session="true" contentType="text/plain" import="java.nio.file.*"%><%
Integer n = (Integer) session.getAttribute("n");
n = n == null ? 1 : n + 1;
session.setAttribute("n", n);
out.print(n + " " + Files.readString(Path.of(application.getInitParameter("stowage.data"), "data")));
%>`,
});

/** One that does not start: the class that listens to it is missing. */
export const failing = zipOf({
  "WEB-INF/web.xml": '<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0" metadata-complete="true"><listener><listener-class>missing.Listener</listener-class></listener></web-app>',
});

/** One that is large and takes a second to start. */
export const slow = zipOf({
  "WEB-INF/web.xml": '<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0" metadata-complete="true"><servlet><servlet-name>slow</servlet-name><jsp-file>/slow.jsp</jsp-file><load-on-startup>1</load-on-startup></servlet></web-app>',
  "slow.jsp": "<%! public void jspInit() { try { Thread.sleep(1000); } catch (InterruptedException e) { } } %>",
  "large": "x".repeat(40_000_000),
});
